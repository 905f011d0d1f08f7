"""
Makes tests/interop/corpus: the questions that clients ask PostgreSQL's catalog, as its log has them.

    record_corpus.py LOG CLIENT FROM_LINE     takes what CLIENT said from a line of the server's log on

The server logs with log_statement=all, log_line_prefix='@@%p ' and log_parameter_max_length=-1, and has the objects of
corpus/schema.sql. Numbers of these objects become {name}, parameters become literals, and only questions are kept.
"""
import pathlib
import re
import subprocess
import sys

log, client, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
port, user = sys.argv[4], sys.argv[5]
lines = pathlib.Path(log).read_text().split("\n")[first:]
names = dict(line.split("|") for line in subprocess.run(
    ["psql", "-X", "-At", "-h", "127.0.0.1", "-p", port, "-U", user, *(["-d", sys.argv[6]] if len(sys.argv) > 6 else []), "-c",
     "SELECT oid, relname FROM pg_class WHERE oid >= 16384"],
    capture_output=True, text=True, check=True).stdout.split())

entries = []
for line in lines:
    start = re.match(r"@@\d+ (LOG|DETAIL|ERROR|STATEMENT|HINT|NOTICE|FATAL):  (.*)", line)
    if start:
        entries.append([start[1], start[2]])
    elif entries:
        entries[-1][1] += "\n" + line.removeprefix("\t")

statements = []
for kind, text in entries:
    if kind == "LOG":
        said = re.match(r"(?:statement|execute (?!fetch from)[^:]*): (.*)", text, re.S)
        if said:
            statements.append(said[1])
    elif kind == "DETAIL" and text.startswith("parameters: ") and statements:
        for number, value in re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", text):
            statements[-1] = re.sub(rf"\${number}\b", lambda _: value, statements[-1])

kept = []
for text in statements:
    question = re.search(r"(?:^|;)\s*((?:SELECT|WITH|SHOW)\b.*)", text, re.S | re.I)
    if not question or not re.search(r"pg_|information_schema|version|current_|show", question[1], re.I):
        continue
    body = question[1].rstrip().rstrip(";")
    body = re.sub(r"\b(\d{5,})\b", lambda m: "{" + names[m[1]] + "}" if m[1] in names else m[0], body)
    body = "\n".join(part.rstrip() for part in body.strip().split("\n") if part.strip())
    if body not in kept:
        kept.append(body)

target = pathlib.Path(__file__).parent.parent / "corpus" / f"{client}.sql"
target.parent.mkdir(exist_ok=True)
target.write_text("".join(f"{body}\n;;\n" for body in kept))
print(client, len(kept))
