"""What is kept about somebody, as a zip file of a bounded size. Pure: records in, bytes out."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.personal import SOURCE, SUBMISSIONS, Belongings, Record

MAX_ROWS = 2000
"""Of each kind, the newest."""

MAX_CODE_CHARS = 4 * 1024 * 1024
MAX_BYTES = 6 * 1024 * 1024
"""Of the file: every platform takes it. Discord's limit is 10 MB."""

README = """\
Everything that the bot keeps about you, as of {at}.

me.json       all of it, by what it is about, the newest first; times are UTC
code/         what you sent and I still have, a file for each submission; me.json names them
{left_out}
Not in it: the inputs that the checks drew, which stay secret for those who still practise; what
stands in the chat, which its platform keeps; words of mine or of mentors that may name others.
`/privacy` says for how long what is kept, and can have me forget you.
"""
LEFT_OUT = """
Only the newest {kept} entries of each kind are here, and the newest code: the file has its limit.
Whoever runs the bot can give you the rest.
"""


@dataclass(slots=True)
class _Archive:
    """A zip file that is being made."""

    at: datetime
    files: dict[str, str] = field(default_factory=dict[str, str])

    def with_code(self, record: Record) -> Record:
        """The record of a submission, its code put into a file that it names."""
        source = record[SOURCE]
        name = f"code/{str(record['received_at'])[:10]}-{record['exercise']}-{record['id']}.py"
        if source:
            self.files[name] = str(source)
        where = name if source else "forgotten" if source == "" else "left out"
        return {**{key: value for key, value in record.items() if key != SOURCE}, "code": where}

    def packed(self) -> bytes:
        """The bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in self.files.items():
                made = zipfile.ZipInfo(name, self.at.timetuple()[:6])
                made.compress_type = zipfile.ZIP_DEFLATED
                file.writestr(made, text.encode(errors="replace"))
        return packed.getvalue()


def pack(belongings: Belongings, *, at: datetime, max_bytes: int = MAX_BYTES) -> bytes:
    """A zip file with all of it, or with the newest of each kind where that would be too large."""
    most = MAX_ROWS
    while True:
        packed = _pack({name: rows[:most] for name, rows in belongings.items()}, at, most)
        if len(packed) <= max_bytes or not most:
            return packed
        most //= 2


def _pack(belongings: Belongings, at: datetime, most: int) -> bytes:
    sent = belongings.get(SUBMISSIONS, ())
    is_whole = all(len(rows) < most for rows in belongings.values())
    is_whole = is_whole and all(record[SOURCE] is not None for record in sent)
    archive = _Archive(at)
    archive.files["README.txt"] = README.format(
        at=f"{at:%Y-%m-%d %H:%M} UTC", left_out="" if is_whole else LEFT_OUT.format(kept=most)
    )
    submissions = [archive.with_code(record) for record in sent]
    whole = {**belongings, SUBMISSIONS: submissions}
    archive.files["me.json"] = json.dumps(whole, indent=1, ensure_ascii=False)
    return archive.packed()
