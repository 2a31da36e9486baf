// Makes a golden database: make_golden_database FOLDER writes FOLDER/schema_N.db and FOLDER/schema_N.txt, N being the
// schema version of this build. Run it before the first release of a schema version, never after (docs/testing.md).
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "tests/golden/story.h"
#include "tests/support/must.h"
#include "tests/support/store.h"

namespace annals::golden {
namespace {

using support::Must;

void Make(const std::string& folder) {
  const std::string name = fmt::format("{}/schema_{}", folder, kSchemaVersion);
  const std::string path = name + ".db";
  support::RemoveDatabase(path);
  {
    const auto storage = support::OpenSqlite(path);
    TellStory(*storage);
    std::ofstream(name + ".txt") << DigestOfStored(*storage);
  }
  // Small pages, since the file is kept for ever; their size cannot be changed while the file has a write-ahead log.
  const Connection connection = Must(Connection::Open(path, OpenMode::kReadWrite, 1'000));
  Must(connection.QueryText("PRAGMA journal_mode = DELETE").status());
  Must(connection.Execute("PRAGMA page_size = 512; VACUUM;"));
  Must(connection.QueryText("PRAGMA journal_mode = WAL").status());
}

}  // namespace
}  // namespace annals::golden

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_golden_database FOLDER\n");
    return 2;
  }
  try {
    annals::golden::Make(argv[1]);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "make_golden_database: %s\n", exception.what());
    return 1;
  }
}
