// annals why: how an entity came to its state, what holds it up, what may be done.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/show.h"
#include "cli/why_text.h"
#include "commands/why.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct WhyOptions {
  std::string entity;
  std::optional<std::string> id;
  std::optional<std::string> run_id;
};

// "workstream a" or "workstream/a". The run of what is named within one may still be missing.
absl::StatusOr<why::EntityName> ReadName(const WhyOptions& options) {
  const size_t slash = options.entity.find('/');
  ASSIGN_OR_RETURN(const std::string_view kind, why::FindKindName(options.entity.substr(0, slash)));
  if ((slash == std::string::npos) == !options.id) {
    return absl::InvalidArgumentError(
        options.id
            ? fmt::format("{} names an entity already; leave {} out", Quoted(options.entity), Quoted(*options.id))
            : fmt::format("{} what? say which one, such as annals why {} ID", kind, kind));
  }
  why::EntityName name;
  name.kind = kind;
  name.id = options.id ? *options.id : options.entity.substr(slash + 1);
  if (name.id.empty()) return absl::InvalidArgumentError(fmt::format("{}: the id is empty", Quoted(options.entity)));
  if (!options.run_id) return name;
  if (!why::IsNamedInRun(kind)) {
    return absl::InvalidArgumentError(
        fmt::format("--run: the id of a {} is its own in all runs; leave --run out", kind));
  }
  name.run_id = *options.run_id;
  return name;
}

absl::StatusOr<int> Why(Context& context, const WhyOptions& options) {
  ASSIGN_OR_RETURN(why::EntityName name, ReadName(options));
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  if (why::IsNamedInRun(name.kind) && name.run_id.empty()) {
    if (name.kind != "workstream") {
      return absl::InvalidArgumentError(
          fmt::format("{} {}: its name is its own within a run only; add --run RUN", name.kind, Quoted(name.id)));
    }
    ASSIGN_OR_RETURN(name.run_id, NewestRunHolding(context, *snapshot, name.id));
  }
  ASSIGN_OR_RETURN(const why::Explanation explained, why::Explain(*snapshot, name, context.Now()));
  if (context.json()) {
    context.out() << WhyJson(explained) << '\n';
  } else {
    context.out() << WhyText(explained, context.Now(), context.width(), context.colour());
  }
  return kExitDone;
}

}  // namespace

Command WhyCommand() {
  const auto options = std::make_shared<WhyOptions>();
  Command command;
  command.name = "why";
  command.reads_as_of = true;
  command.summary = "How something came to its state, what holds it up, what may be done";
  command.details = fmt::format(
      "KIND is one of {}; ws is short for workstream, and run/r1 says the same as run r1.\n"
      "Numbers are positions in the log: annals log shows the events there. A workstream without --run is that of the\n"
      "newest run that holds it.",
      fmt::join(why::KindNames(), ", "));
  command.example =
      "annals why workstream tests --run r1\nannals why run/r1 --json | jq '.commands[] | select(.is_legal)'";
  command.arguments = {Place("KIND", &options->entity, "what kind of thing, or KIND/ID"),
                       Place("ID", &options->id, "which one"),
                       Option("--run", "RUN", &options->run_id, "the run it is in")};
  command.run = [options](Context& context) { return Why(context, *options); };
  return command;
}

}  // namespace annals
