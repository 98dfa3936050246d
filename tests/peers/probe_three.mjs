// What three.js makes of an animated GLB: node probe_three.mjs FILE SECONDS... prints JSON with the
// world matrix of every joint at those times (column-major), the tracks that found no joint, and how
// far the skin moves the mesh while the skeleton is at rest.
import { readFile } from 'node:fs/promises';

// The loader is written for a browser; these two are all of it that a file without textures needs.
globalThis.self = globalThis;
globalThis.ProgressEvent = class extends Event {};

const { AnimationMixer, PropertyBinding, REVISION, Vector3 } = await import('three');
const { GLTFLoader } = await import('three/addons/loaders/GLTFLoader.js');

const [file, ...seconds] = process.argv.slice(2);
const bytes = new Uint8Array(await readFile(file));
const { scene, animations, parser } = await new GLTFLoader().parseAsync(bytes.buffer, '');
const names = parser.json.nodes.map((node) => node.name);

const joints = [];
const meshes = [];
scene.traverse((object) => {
  if (object.isBone) joints.push(object);
  if (object.isSkinnedMesh) meshes.push(object);
});
// three.js cleans names for its own use; the association leads back to the name in the file.
const nameOf = (object) => names[parser.associations.get(object).nodes];

scene.updateMatrixWorld(true);
let bindError = 0;
let vertices = 0;
const moved = new Vector3();
const bound = new Vector3();
for (const mesh of meshes) {
  const { position } = mesh.geometry.attributes;
  vertices += position.count;
  for (let i = 0; i < position.count; i += 1) {
    bound.fromBufferAttribute(position, i);
    mesh.getVertexPosition(i, moved).applyMatrix4(mesh.matrixWorld);
    bindError = Math.max(bindError, moved.distanceTo(bound));
  }
}

const [clip] = animations;
const mixer = new AnimationMixer(scene);
const action = mixer.clipAction(clip).play();
const matrices = Object.fromEntries(joints.map((joint) => [nameOf(joint), []]));
for (const time of seconds.map(Number)) {
  action.time = time; // not mixer.setTime, which a finished action ignores
  mixer.update(0);
  scene.updateMatrixWorld(true);
  for (const joint of joints) matrices[nameOf(joint)].push(joint.matrixWorld.toArray());
}

const unbound = clip.tracks
  .map((track) => track.name)
  .filter((name) => !PropertyBinding.findNode(scene, PropertyBinding.parseTrackName(name).nodeName));

console.log(JSON.stringify({
  three: REVISION,
  clip: { name: clip.name, duration: clip.duration, tracks: clip.tracks.length },
  unbound,
  vertices,
  bindError,
  matrices,
}));
