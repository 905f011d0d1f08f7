// Writes Parquet files by two implementations that are not ours, in the encodings and codecs that they know.
//   node write-parquet.mjs FOLDER   ->   prints the names of the files, one a line
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { tableToIPC, vectorFromArray, Utf8, Int32, Int64, Float64, Bool, List, Struct, Field, Table as ArrowTable } from 'apache-arrow';
import * as wasm from 'parquet-wasm/node';

const folder = process.argv[2];
const rows = 5000;

function save(name, bytes) {
  writeFileSync(join(folder, name), Buffer.from(bytes));
  console.log(name);
}

const numbers = Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? null : (i * 7919) % 1000 - 500));
const longs = Array.from({ length: rows }, (_, i) => (i % 11 === 5 ? null : BigInt(i) * 1234567890123n - 99n));
const doubles = Array.from({ length: rows }, (_, i) => (i % 13 === 1 ? null : i / 8 - 100));
const texts = Array.from({ length: rows }, (_, i) => (i % 5 === 2 ? null : `prefix-${Math.floor(i / 3)}-${'x'.repeat(i % 4)}é`));
const words = Array.from({ length: rows }, (_, i) => (i % 17 === 9 ? null : ['red', 'green', 'blue'][i % 3]));
const flags = Array.from({ length: rows }, (_, i) => (i % 19 === 4 ? null : i % 3 === 0));

// hyparquet-writer: one encoding per column, small pages and row groups.
const encodings = {
  INT32: ['PLAIN', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT'],
  INT64: ['PLAIN', 'DELTA_BINARY_PACKED'],
  DOUBLE: ['PLAIN', 'BYTE_STREAM_SPLIT'],
  STRING: ['PLAIN', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'],
  BOOLEAN: ['PLAIN', 'RLE'],
};
const data = { INT32: numbers, INT64: longs, DOUBLE: doubles, STRING: texts, BOOLEAN: flags };
const columnData = Object.entries(encodings).flatMap(([type, list]) =>
  list.map((encoding) => ({ name: `${type}_${encoding}`.toLowerCase(), data: data[type], type, encoding })));
columnData.push({ name: 'words', data: words, type: 'STRING' });
for (const codec of ['UNCOMPRESSED', 'SNAPPY']) {
  save(`hyparquet-${codec.toLowerCase()}.parquet`, parquetWriteBuffer({ columnData, codec, pageSize: 4096, rowGroupSize: 1700 }));
}
save('hyparquet-nested.parquet', parquetWriteBuffer({
  columnData: [{ name: 'id', data: Array.from({ length: 300 }, (_, i) => i) },
    { name: 'tags', data: Array.from({ length: 300 }, (_, i) => (i % 9 === 4 ? null : Array.from({ length: i % 5 }, (_, j) => (j === 3 ? null : `t${j}`)))) }],
  schema: [
    { name: 'root', num_children: 2 }, { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
    { name: 'tags', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  ],
}));

// parquet-wasm: the Rust implementation, every codec it has, both page versions.
const listType = new List(new Field('item', new Int32(), true));
const pointType = new Struct([new Field('x', new Int64(), true), new Field('label', new Utf8(), true)]);
const table = new ArrowTable({
  i: vectorFromArray(numbers, new Int32()), l: vectorFromArray(longs, new Int64()), d: vectorFromArray(doubles, new Float64()),
  t: vectorFromArray(texts, new Utf8()), w: vectorFromArray(words, new Utf8()), b: vectorFromArray(flags, new Bool()),
  list: vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 6 === 1 ? null : Array.from({ length: i % 4 }, (_, j) => (j === 2 ? null : i + j)))), listType),
  point: vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 8 === 3 ? null : { x: i % 10 === 2 ? null : BigInt(i), label: words[i] })), pointType),
});
const { Compression, Encoding, WriterVersion } = wasm;
const variants = [
  ['uncompressed', Compression.UNCOMPRESSED, WriterVersion.V1], ['snappy', Compression.SNAPPY, WriterVersion.V2],
  ['gzip', Compression.GZIP, WriterVersion.V1], ['brotli', Compression.BROTLI, WriterVersion.V2],
  ['zstd', Compression.ZSTD, WriterVersion.V1], ['lz4raw', Compression.LZ4_RAW, WriterVersion.V2],
];
for (const [name, codec, version] of variants) {
  for (const dictionary of [true, false]) {
    let builder = new wasm.WriterPropertiesBuilder().setCompression(codec).setWriterVersion(version)
      .setDataPageSizeLimit(3000).setMaxRowGroupSize(2048).setDictionaryEnabled(dictionary).setDictionaryPageSizeLimit(900);
    if (!dictionary && version === WriterVersion.V2) {
      builder = builder.setColumnEncoding('i', Encoding.DELTA_BINARY_PACKED).setColumnEncoding('l', Encoding.DELTA_BINARY_PACKED)
        .setColumnEncoding('t', Encoding.DELTA_BYTE_ARRAY).setColumnEncoding('w', Encoding.DELTA_LENGTH_BYTE_ARRAY)
        .setColumnEncoding('d', Encoding.BYTE_STREAM_SPLIT);
    }
    save(`rust-${name}-${dictionary ? 'dictionary' : 'plain'}.parquet`,
      wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), builder.build()));
  }
}
