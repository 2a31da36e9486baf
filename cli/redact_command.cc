// annals redact: content that has to go.
#include "cli/redact_command.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/write_command.h"
#include "commands/engine.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr std::string_view kOutOfReach =
    "the database holds it no more; backups, exported copies and what was printed are out of reach\n";

absl::Status Sweep(Context& context) {
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  return AfterRedaction(engine->storage().Sweep());
}

// The sweep comes after the commit and may fail by itself: then asking for the same again does what is left.
absl::StatusOr<int> Finish(Context& context, const Answer& answer) {
  const auto* const status = std::get_if<absl::Status>(&answer);
  if (!context.options().dry_run && status != nullptr && absl::IsAlreadyExists(*status)) {
    RETURN_IF_ERROR(Sweep(context));
    if (context.json()) {
      context.out() << JsonWriter().BeginObject().Key("already_redacted").Bool(true).EndObject().text() << '\n';
    } else {
      context.out() << "its content is redacted already; swept again: " << kOutOfReach;
    }
    return kExitDone;
  }
  const auto* const receipt = std::get_if<Receipt>(&answer);
  if (receipt == nullptr) return PrintAnswer(context, answer);
  const std::string text = fmt::format("redacted: recorded at position {}{}", receipt->last_position.value,
                                       receipt->repeat ? ", done before" : "");
  ASSIGN_OR_RETURN(const int exit, PrintAnswer(context, answer, text));
  RETURN_IF_ERROR(Sweep(context));
  if (!context.json()) context.out() << kOutOfReach;
  return exit;
}

}  // namespace

absl::Status AfterRedaction(const absl::Status& swept) {
  return WithContext(swept,
                     "what was redacted is gone from the log and the tables, but free space in the file may still hold "
                     "it; when the fault is mended, give the same annals redact again");
}

Command RedactCommand() {
  return MakeWriteCommand(
      {.name = "redact",
       .body = "redact_content",
       .summary = "Remove the content of an event for good",
       .details =
           "What is kept beside the event goes: metadata, results, contexts, payloads, messages and reasons that "
           "tools and agents produced, that are longer than 1024 bytes or that were stated with --sensitive. Ids, "
           "actors, codes and signatures cannot be redacted. Hashes, proofs and seals stay valid; the event and "
           "the tables show [redacted], also as of earlier. The whole file is then written anew, so that no trace "
           "is left in it. Backups are not touched.",
       .example = "annals redact 12 --reason 'a password in the output'",
       .arguments = {{"POSITION", "", "position", "of the event whose content is to go"},
                     {"--reason", "TEXT", "reason", "why; kept in the log, so do not repeat there what has to go"}},
       .finish = Finish});
}

}  // namespace annals
