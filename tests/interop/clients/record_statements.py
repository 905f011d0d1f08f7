"""
Makes tests/interop/statements: what clients say to PostgreSQL, as its log has it. A recording has two parts, of which
this rewrites one.

    record_statements.py LOG CLIENT said [DATABASE]     conversations, one session after the other
    record_statements.py LOG CLIENT asked FROM PORT     what is asked of the catalog over schema.sql from a line on

The log has log_statement=all, log_line_prefix='@@%p@%d ' and log_parameter_max_length=-1. Parameters become literals.
Conversations have no statements that name the numbers of objects, no COPY in binary, whose bytes are not in the log, and
no repetitions of what a session has just said. Of the questions, numbers of the schema's objects become {name}.
"""
import pathlib
import re
import subprocess
import sys

log, client, part = sys.argv[1:4]
MARK = r"-- (?:differs|refused|of its own): [^\n]*\n"
SCHEMA = "\\i schema.sql"
# A statement of so many letters, as drivers say at every start, is recorded once.
LONG = 1000


def read_log(lines):
    entries = []
    for line in lines:
        start = re.match(r"@@(\d+)@(\S*) (LOG|DETAIL|ERROR|STATEMENT|HINT|NOTICE|FATAL|WARNING|CONTEXT):  (.*)", line)
        if start:
            entries.append([int(start[1]), start[2], start[3], start[4]])
        elif entries and line.startswith("\t"):
            entries[-1][3] += "\n" + line.removeprefix("\t")
    return entries


def read_sessions(entries, of_database):
    sessions = {}
    for process, database, kind, text in entries:
        if of_database and database != of_database:
            continue
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
    return sessions.values()


def is_replayable(text):
    if re.search(r"\b(1[6-9]|2\d)\d{3}\b", text) and re.search(r"\bpg_|oid|regclass", text):
        return False
    if re.match(r"\s*copy\b", text, re.I) and re.search(r"binary", text, re.I):
        return False
    return not re.search(r"\$\d", re.sub(r"'(?:[^']|'')*'", "", text))


def conversations(sessions):
    kept, long = [], set()
    for said in sessions:
        own = []
        for text in said:
            body = text.strip().rstrip(";").rstrip()
            body = "\n".join(line.rstrip() for line in body.split("\n"))
            if body and is_replayable(body) and (not own or own[-1] != body) and body not in long:
                own.append(body)
                if len(body) >= LONG:
                    long.add(body)
        if own and own not in kept:
            kept.append(own)
    return [statement for own in kept for statement in ["\\connect -", *own]]


def questions(sessions, names):
    kept = []
    for text in (text for said in sessions for text in said):
        question = re.search(r"(?:^|;)\s*((?:SELECT|WITH|SHOW)\b.*)", text, re.S | re.I)
        if not question or not re.search(r"pg_|information_schema|version|current_|show", question[1], re.I):
            continue
        body = question[1].rstrip().rstrip(";")
        body = re.sub(r"\b(\d{5,})\b", lambda m: "{" + names[m[1]] + "}" if m[1] in names else m[0], body)
        body = "\n".join(line.rstrip() for line in body.strip().split("\n") if line.strip())
        if body not in kept:
            kept.append(body)
    return kept


target = pathlib.Path(__file__).parent.parent / "statements" / f"{client}.sql"
old = target.read_text().split("\n;;\n")[:-1] if target.exists() else []
marks = {re.sub(f"^{MARK}", "", entry): entry for entry in old if re.match(MARK, entry)}
cut = old.index(SCHEMA) if SCHEMA in old else len(old)
parts = {"said": old[:cut], "asked": old[cut + 1:]}
lines = pathlib.Path(log).read_text().split("\n")
if part == "said":
    new = conversations(read_sessions(read_log(lines), sys.argv[4] if len(sys.argv) > 4 else None))
else:
    relations = subprocess.run(
        ["psql", "-XAt", "-h", "127.0.0.1", "-p", sys.argv[5], "-U", "postgres", "-c",
         "SELECT oid, relname FROM pg_class WHERE oid >= 16384"], capture_output=True, text=True, check=True).stdout
    names = dict(line.split("|") for line in relations.split())
    new = questions(read_sessions(read_log(lines[int(sys.argv[4]):]), None), names)
    # What a conversation asks is asked there.
    told = {re.sub(f"^{MARK}", "", entry) for entry in parts["said"]}
    new = [question for question in new if question not in told]
parts[part] = [marks.get(entry, entry) for entry in new]
entries = parts["said"] + ([SCHEMA, *parts["asked"]] if parts["asked"] else [])
target.write_text("".join(f"{entry}\n;;\n" for entry in entries))
print(client, part, len(new))
