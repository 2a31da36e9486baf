#include "cli/submit.h"

#include <string>
#include <utility>

#include "commands/engine.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {

absl::Status FillCommon(const Context& context, schema::Command::Builder command) {
  const GlobalOptions& options = context.options();
  const std::string actor = context.Actor();
  RETURN_IF_ERROR(CheckLabel("the actor", actor));
  command.setActor(AsText(actor));
  if (options.command_id) command.setCommandId(AsText(*options.command_id));
  if (options.expect_version) command.initExpectVersion().setValue(*options.expect_version);
  command.setDryRun(options.dry_run);
  return absl::OkStatus();
}

absl::StatusOr<Answer> Submit(Context& context, schema::Command::Builder command) {
  RETURN_IF_ERROR(FillCommon(context, command));
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  const schema::Command::Reader reader = command.asReader();
  ASSIGN_OR_RETURN(std::vector<Answer> answers, engine->Execute({&reader, 1}));
  return std::move(answers.front());
}

}  // namespace annals
