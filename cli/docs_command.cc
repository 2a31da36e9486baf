// annals docs: the pages under docs/ that are made and not written. For who changes annals, so the help does not list
// it.
#include <memory>

#include "cli/command_line_page.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/machine_text.h"
#include "cli/schema_page.h"

namespace annals {

Command DocsCommand() {
  const auto page = std::make_shared<std::string>();
  return {.name = "docs",
          .summary = "Print a page of docs/ that is made from what it describes",
          .details = "",
          .example = "annals docs state_machine > docs/state_machine.md",
          .arguments = {OneOf({"state_machine", "database_schema", "command_line"},
                              Place("PAGE", page.get(), "which one"))},
          .run = [page](Context& context) -> absl::StatusOr<int> {
            context.out() << (*page == "state_machine"     ? StateMachinePage()
                              : *page == "database_schema" ? DatabaseSchemaPage()
                                                           : CommandLinePage());
            return kExitDone;
          }};
}

}  // namespace annals
