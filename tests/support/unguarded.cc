#include "tests/support/unguarded.h"

#include <fmt/format.h>

#include "tests/support/must.h"

namespace annals::support {

Unguarded::Unguarded(const Connection& connection) : connection_(connection) {
  constexpr std::string_view kOurs = "FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_refuses_%'";
  const auto joined = [&](std::string_view column) {
    return Must(connection_.QueryText(fmt::format("SELECT group_concat({}, ';') || ';' {}", column, kOurs)))
        .value_or("");
  };
  triggers_ = joined("sql");
  Must(connection_.Execute("PRAGMA ignore_check_constraints = ON;" + joined("'DROP TRIGGER ' || name")));
}

Unguarded::~Unguarded() {
  connection_.Execute(triggers_).IgnoreError();
}

}  // namespace annals::support
