#!/usr/bin/env python3
"""What a database holds for each certificate, table by table with its indexes.

usage: storage_growth.py sqlite FILE | storage_growth.py postgres URL

Run on the database of a server that was loaded and stopped (bench/run_acme --growth does).
"""
import sqlite3
import subprocess
import sys


def of_sqlite(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    certificates = database.execute("SELECT count(*) FROM certificates").fetchone()[0]
    sizes = database.execute("""
        SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY s.tbl_name""")
    return certificates, dict(sizes.fetchall())


def of_postgres(url):
    def rows(statement):
        done = subprocess.run(["psql", "-XqAtF", "\t", "-v", "ON_ERROR_STOP=1", url, "-c", statement], check=True,
                              capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    rows("VACUUM ANALYZE")
    certificates = int(rows("SELECT count(*) FROM certificates")[0][0])
    sizes = rows("SELECT relname, pg_total_relation_size(oid) FROM pg_class "
                 "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    return certificates, {name: int(size) for name, size in sizes}


def main():
    kind, place = sys.argv[1:]
    certificates, sizes = of_sqlite(place) if kind == "sqlite" else of_postgres(place)
    print("%s, %d certificates; bytes for each, indexes included" % (kind, certificates))
    for name, size in sorted(sizes.items(), key=lambda entry: -entry[1]):
        each = size / certificates
        if each >= 10:
            print("  %-28s %8.0f" % (name, each))
    print("  %-28s %8.0f" % ("all", sum(sizes.values()) / certificates))


if __name__ == "__main__":
    main()
