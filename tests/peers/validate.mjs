// Khronos' own word on GLB files: node validate.mjs FILE... prints one report per file, as JSON.
import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';

const severities = ['error', 'warning', 'info', 'hint'];

async function report(file) {
  const { issues, info } = await validateBytes(new Uint8Array(await readFile(file)), {
    maxIssues: 0, // all of them
    writeTimestamp: false,
  });
  const messages = issues.messages.map(({ severity, code, pointer, message }) => ({
    severity: severities[severity], code, pointer, message,
  }));
  const counts = Object.fromEntries(
    severities.map((name) => [name, messages.filter((m) => m.severity === name).length]),
  );
  return { file, counts, messages, info };
}

const reports = await Promise.all(process.argv.slice(2).map(report));
console.log(JSON.stringify(reports));
