"""What runs inside Blender, started by path: the rest of this package never imports it."""
