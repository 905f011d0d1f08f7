// Reads values in MessagePack, one per line in hexadecimal, from a file; prints for each what @msgpack/msgpack takes it
// for, a tab, and the bytes it writes for the same value.
import { readFileSync } from 'node:fs';
import { decode, encode } from '@msgpack/msgpack';

const options = { useBigInt64: true };

function describe(value) {
  if (value === null) return 'nil';
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}` : `float ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return `time ${value.toISOString()}`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (value.constructor?.name === 'ExtData') return `extension ${value.type} ${Buffer.from(value.data).toString('hex')}`;
  return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${describe(item)}`).join(', ')}}`;
}

for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line === '') continue;
  const value = decode(Buffer.from(line, 'hex'), options);
  console.log(`${describe(value)}\t${Buffer.from(encode(value, options)).toString('hex')}`);
}
