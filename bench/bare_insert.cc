// The least a process can do: open a database, insert one row durably, end. `annals bench` sets one CLI command beside
// it.
#include <sqlite3.h>

#include <cstdio>

int main(int argc, char** argv) {
  sqlite3* database = nullptr;
  if (argc != 2 || sqlite3_open(argv[1], &database) != SQLITE_OK ||
      sqlite3_exec(database,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER "
                   "PRIMARY KEY, body TEXT);"
                   "INSERT INTO t (body) VALUES ('{\"note\":1}');",
                   nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::fprintf(stderr, "usage: bare_insert DATABASE\n");
    return 1;
  }
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
