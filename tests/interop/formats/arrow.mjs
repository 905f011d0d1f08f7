// Arrow IPC by another implementation.
//   node arrow.mjs read ROWS.jsonl FILE...   reads files of ours, compares with the rows as JSON lines: NAME ROWS same
//   node arrow.mjs write FOLDER              writes files, prints their names; the rows as JSON lines are rows.jsonl
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  tableFromIPC, tableToIPC, vectorFromArray, Table, Utf8, LargeUtf8, Int8, Int32, Int64, Float64, Bool, List, Struct, Field,
  Dictionary, FixedSizeList,
} from 'apache-arrow';

const [command, ...rest] = process.argv.slice(2);

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint' || typeof value === 'number') return String(Object.is(value, -0) ? 0 : value);
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value.toArray === 'function') return Array.from(value, plain);
  const entries = typeof value.toJSON === 'function' ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(entries).map(([name, field]) => [name, plain(field)]));
}

if (command === 'read') {
  const [rowsPath, ...files] = rest;
  const expected = readFileSync(rowsPath, 'utf8').split('\n').filter(Boolean).map((line) => JSON.stringify(plain(JSON.parse(line))));
  for (const file of files) {
    const rows = tableFromIPC(readFileSync(file)).toArray().map((row) => JSON.stringify(plain(row.toJSON())));
    if (rows.length !== expected.length) throw new Error(`${file}: ${rows.length} rows, not ${expected.length}`);
    rows.forEach((row, i) => {
      if (row !== expected[i]) throw new Error(`${file} row ${i}: ${row}, not ${expected[i]}`);
    });
    console.log(`${basename(file)} ${rows.length} same`);
  }
} else {
  const [folder] = rest;
  const rows = 3000;
  const make = (of) => Array.from({ length: rows }, (_, i) => of(i));
  const integers = make((i) => (i % 7 === 3 ? null : (i * 7919) % 1000 - 500));
  const longs = make((i) => (i % 11 === 5 ? null : BigInt(i) * 1234567890123n - 99n));
  const words = make((i) => (i % 6 === 1 ? null : `w${i % 17}é`));
  const texts = make((i) => (i % 5 === 2 ? null : `text-${i}`));
  const flags = make((i) => (i % 9 === 4 ? null : i % 3 === 0));
  const lists = make((i) => (i % 6 === 1 ? null : Array.from({ length: i % 4 }, (_, j) => (j === 2 ? null : i + j))));
  const points = make((i) => (i % 8 === 3 ? null : { x: i % 10 === 2 ? null : BigInt(i), label: words[i] }));
  const pairs = make((i) => [i, i + 1]);
  const doubles = make((i) => (i % 13 === 1 ? null : i / 8 - 100));
  const table = new Table({
    i: vectorFromArray(integers, new Int32()), l: vectorFromArray(longs, new Int64()), d: vectorFromArray(doubles, new Float64()),
    t: vectorFromArray(texts, new Utf8()), lt: vectorFromArray(texts, new LargeUtf8()),
    w: vectorFromArray(words, new Dictionary(new Utf8(), new Int8())), b: vectorFromArray(flags, new Bool()),
    list: vectorFromArray(lists, new List(new Field('item', new Int32(), true))),
    point: vectorFromArray(points, new Struct([new Field('x', new Int64(), true), new Field('label', new Utf8(), true)])),
    pair: vectorFromArray(pairs, new FixedSizeList(2, new Field('item', new Int32(), true))),
  });
  for (const format of ['file', 'stream']) {
    writeFileSync(join(folder, `js-${format}.arrow`), tableToIPC(table, format));
    console.log(`js-${format}.arrow`);
  }
  const lines = make((i) => JSON.stringify({
    i: plain(integers[i]), l: plain(longs[i]), d: plain(doubles[i]), t: texts[i], lt: texts[i], w: words[i], b: flags[i],
    list: plain(lists[i]), point: plain(points[i]), pair: plain(pairs[i]),
  }));
  writeFileSync(join(folder, 'rows.jsonl'), lines.join('\n') + '\n');
}
