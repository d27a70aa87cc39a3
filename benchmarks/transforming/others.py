"""polars, glom and python-benedict doing the contract's example from body to body; runs in their own environment.

`others.py NAME BODY RUNS` prints the milliseconds of CPU of each run, of all threads, and its last answer to a file.
Parsing and rendering are orjson's, the fastest there is for Python, but for polars, which reads and writes JSON itself
where that is faster. Timestamps are checked, as the contract's pipeline checks them.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

Work = Callable[[bytes], Any]  # to bytes


def moment(text: str) -> str:
    found = datetime.fromisoformat(text)
    return f"{found:%Y-%m-%dT%H:%M:%SZ}"


def email(text: str) -> str:
    local, _, domain = text.rpartition("@")
    return f"{local[0]}***{local[-1]}@{domain}" if len(local) > 2 else f"***@{domain}"


def phone(text: str) -> str:
    return f"***-{text[-4:]}"


def of_polars() -> Work:
    import polars as pl

    local = pl.col("email").str.split_exact("@", 1).struct.field("field_0")
    domain = pl.col("email").str.split_exact("@", 1).struct.field("field_1")
    columns = [
        pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("timestamp"),
        pl.col("amt").cast(pl.Float64).alias("amount"),
        pl.concat_str(local.str.head(1), pl.lit("***"), local.str.tail(1), pl.lit("@"), domain).alias("email"),
        pl.concat_str(pl.lit("***-"), pl.col("phone").str.tail(4)).alias("phone"),
    ]

    def work(body: bytes) -> Any:
        frame = pl.DataFrame(orjson.loads(body)["data"]).select(columns)
        return b'{"results":' + frame.write_json().encode() + b"}"

    return work


def of_glom() -> Work:
    from glom import glom

    spec = ("data", [{
        "timestamp": ("ts", moment), "amount": ("amt", float), "email": ("email", email), "phone": ("phone", phone),
    }])  # fmt: skip

    def work(body: bytes) -> Any:
        return orjson.dumps({"results": glom(orjson.loads(body), spec)})

    return work


def of_benedict() -> Work:
    from benedict import benedict

    def one(item: dict[str, Any]) -> Any:
        found = benedict(item, keypath_separator=None)
        found.rename("ts", "timestamp")
        found.rename("amt", "amount")
        found["timestamp"] = moment(found["timestamp"])  # its own get_datetime takes longer
        found["amount"] = found.get_float("amount")
        found["email"] = email(found["email"])
        found["phone"] = phone(found["phone"])
        return found.dict()

    def work(body: bytes) -> Any:
        return orjson.dumps({"results": [one(item) for item in orjson.loads(body)["data"]]})

    return work


WORKS = {"polars": of_polars, "glom": of_glom, "benedict": of_benedict}


def main() -> None:
    name, path, runs, answer = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    work, body = WORKS[name](), path.read_bytes()
    made = work(body)  # what it imports and compiles at first isn't measured
    found = []
    for _ in range(runs):
        began = time.process_time()
        made = work(body)
        found.append((time.process_time() - began) * 1000)
    answer.write_bytes(made)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
