// What the peers share.
import path from 'node:path';
import { createRequire } from 'node:module';

export const quote = text => `'${String(text).replace(/'/g, "''")}'`;

// Packages are those of this folder, else of $PEER_MODULES, a folder with a node_modules.
export function load(name) {
  const places = [import.meta.url];
  if (process.env.PEER_MODULES) places.push(path.resolve(process.env.PEER_MODULES, 'x.js'));
  let absent;
  for (const place of places) {
    try { return createRequire(place)(name); } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
      absent = error;
    }
  }
  throw absent;
}
