// annals version.
#include <capnp/common.h>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/version.h"
#include "eventstore/sqlite/connection.h"
#include "eventstore/sqlite/sqlite_migrations.h"
#include "schemas/json_writer.h"

namespace annals {

Command VersionCommand() {
  return {.name = "version",
          .summary = "What this is, and what it is made with",
          .details = "",
          .example = "annals version --json",
          .arguments = {},
          .run = [](Context& context) -> absl::StatusOr<int> {
            const std::string capnp =
                fmt::format("{}.{}.{}", CAPNP_VERSION_MAJOR, CAPNP_VERSION_MINOR, CAPNP_VERSION_MICRO);
            if (context.json()) {
              JsonWriter out;
              out.BeginObject().Key("version").String(kAnnalsVersion).Key("schema_version").Int(kSchemaVersion);
              out.Key("sqlite").String(SqliteVersion()).Key("capnp").String(capnp).EndObject();
              context.out() << out.text() << '\n';
            } else {
              context.out() << fmt::format("annals {} (database schema {}, SQLite {}, Cap'n Proto {})\n",
                                           kAnnalsVersion, kSchemaVersion, SqliteVersion(), capnp);
            }
            return kExitDone;
          }};
}

}  // namespace annals
