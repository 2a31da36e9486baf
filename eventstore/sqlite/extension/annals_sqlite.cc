// The loadable extension: payload_json() in the sqlite3 shell, in Python, in whatever loads SQLite extensions.
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include "eventstore/sqlite/payload_function.h"

// SQLite makes this name out of the file's, annals_sqlite.so.
extern "C" __attribute__((visibility("default"))) int sqlite3_annalssqlite_init(sqlite3* database, char** /*error*/,
                                                                                const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  return annals::RegisterPayloadJson(database);
}
