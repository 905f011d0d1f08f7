// Answers requests of the benchmark for one database, as `colfrag bench --exec` does: a JSON object per line in, one out.
//   node peer.mjs duckdb|clickhouse
import readline from 'node:readline';

async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function main(name) {
  const { default: Engine } = await import(`./${name}.mjs`);
  const engine = new Engine();
  const operations = {
    open: async r => ({ version: await engine.open(r.dir, r.threads) }),
    close: async () => { await engine.close(); return {}; },
    load: async r => { await engine.load(r.table); return {}; },
    finish: async () => { await engine.finish(); return {}; },
    compact: async r => { await engine.compact(r.tables); return {}; },
    run: async r => ({ ms: await timed(() => engine.run(r.sql)), rows: await engine.rows() }),
    sink: async r => ({ ms: await timed(() => engine.sink(r.sql)) }),
    unsink: async () => ({ rows: await engine.unsink() }),
    size: async () => (engine.size ? { bytes: await engine.size() } : {}),
    write: async r => ({ ms: await engine.write(r.table) }),
    columns: async r => ({ columns: await engine.columns(r.table) }),
  };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      const request = JSON.parse(line);
      answer = { ok: true, ...(await operations[request.op](request)) };
    } catch (error) {
      answer = { ok: false, error: String(error.message ?? error).slice(0, 600) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  await engine.close();
}

await main(process.argv[2]);
