"""
Makes tests/interop/statements: what clients say to PostgreSQL, as its log has it, a session after the other.

    record_statements.py LOG CLIENT

The log has log_statement=all, log_line_prefix='@@%p@%d ' and log_parameter_max_length=-1. Parameters become literals.
Left out are statements that name the numbers of objects (tests/interop/corpus has those of the catalog), COPY in
binary, whose bytes are not in the log, and repetitions of what a session has just said.
"""
import pathlib
import re
import sys

log, client = sys.argv[1], sys.argv[2]
entries = []
for line in pathlib.Path(log).read_text().split("\n"):
    start = re.match(r"@@(\d+)@(\S*) (LOG|DETAIL|ERROR|STATEMENT|HINT|NOTICE|FATAL|WARNING|CONTEXT):  (.*)", line)
    if start:
        entries.append([int(start[1]), start[2], start[3], start[4]])
    elif entries and line.startswith("\t"):
        entries[-1][3] += "\n" + line.removeprefix("\t")

sessions = {}
for process, database, kind, text in entries:
    said = sessions.setdefault(process, [])
    if kind == "LOG":
        found = re.match(r"(?:statement|execute (?!fetch from)[^:]*): (.*)", text, re.S)
        if found:
            said.append(found[1])
    elif kind == "DETAIL" and text.startswith("parameters: ") and said:
        values = dict(re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", text))
        said[-1] = re.sub(r"\$(\d+)\b", lambda m: values.get(m[1], m[0]), said[-1])
    elif kind == "STATEMENT" and (not said or said[-1] != text) and "$1" not in text:
        # An extended query that failed before it ran.
        said.append(text)


def is_replayable(text):
    if re.search(r"\b(1[6-9]|2\d)\d{3}\b", text) and re.search(r"\bpg_|oid|regclass", text):
        return False
    if re.match(r"\s*copy\b", text, re.I) and re.search(r"binary", text, re.I):
        return False
    return not re.search(r"\$\d", re.sub(r"'(?:[^']|'')*'", "", text))


target = pathlib.Path(__file__).parent.parent / "statements" / f"{client}.sql"
marks = {}
if target.exists():
    for part in target.read_text().split("\n;;\n"):
        marked = re.match(r"(-- differs: [^\n]*)\n(.*)", part, re.S)
        if marked:
            marks[marked[2]] = marked[1]

kept = []
for said in sessions.values():
    own = []
    for text in said:
        body = text.strip().rstrip(";").rstrip()
        body = "\n".join(part.rstrip() for part in body.split("\n"))
        if body and is_replayable(body) and (not own or own[-1] != body):
            own.append(body)
    if own and own not in kept:
        kept.append(own)

parts = []
for own in kept:
    parts.append("\\connect -")
    parts += [f"{marks[body]}\n{body}" if body in marks else body for body in own]
target.parent.mkdir(exist_ok=True)
target.write_text("".join(f"{part}\n;;\n" for part in parts))
print(client, len(parts) - len(kept), "statements of", len(kept), "sessions")
