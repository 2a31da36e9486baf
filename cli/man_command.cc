// annals man: the manual page, from the same data as the help.
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace annals {

Command ManCommand() {
  return {.name = "man",
          .summary = "Print the manual page",
          .details = "",
          .example = "annals man | man -l -",
          .arguments = {},
          .run = [](Context& context) -> absl::StatusOr<int> {
            context.out() << "annals\n";
            return kExitDone;
          }};
}

}  // namespace annals
