// annals rejudge: what of the history a proposed law would have decided otherwise.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/fold_progress.h"
#include "cli/given_machine.h"
#include "cli/table.h"
#include "commands/rejudgement.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr int64_t kUsualLimit = 50;

struct Options {
  std::string machine;
  std::optional<std::string> run_id;
  std::optional<int64_t> limit;
};

std::string JsonOf(const Machine& machine, const Rejudgement& found, const std::vector<Divergence>& divergences) {
  JsonWriter out;
  out.BeginObject().Key("machine").String(machine.name()).Key("version").String(machine.version());
  out.Key("judged").UInt(found.judged).Key("same").UInt(found.same).Key("diverged").UInt(found.divergences);
  out.Key("after").UInt(found.after).Key("undecided").UInt(found.undecided);
  out.Key("divergences").BeginArray();
  for (const Divergence& one : divergences) {
    out.BeginObject().Key("position").UInt(one.position.value).Key("run_id");
    one.run_id.empty() ? out.Null() : out.String(one.run_id);
    out.Key("entity").String(one.entity).Key("from").String(one.from).Key("to").String(one.to).Key("trigger");
    one.trigger.empty() ? out.Null() : out.String(one.trigger);
    out.Key("then").String(one.then).Key("now").String(one.now).Key("why");
    one.why.empty() ? out.Null() : out.String(one.why);
    out.EndObject();
  }
  return std::string(out.EndArray().EndObject().text());
}

absl::StatusOr<int> Run(Context& context, const Options& options) {
  ASSIGN_OR_RETURN(const GivenMachine given, GivenMachine::Read(context, options.machine));
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  const auto limit = static_cast<uint64_t>(options.limit.value_or(context.json() ? INT64_MAX : kUsualLimit));
  std::vector<Divergence> shown;
  FoldProgressLine progress(context, "judging");
  ASSIGN_OR_RETURN(const Rejudgement found,
                   Rejudge(*snapshot, given.machine(), options.run_id, progress, [&](const Divergence& one) {
                     if (shown.size() < limit) shown.push_back(one);
                   }));
  progress.Erase();
  const int exit = found.divergences == 0 ? kExitDone : kExitRefused;
  if (context.json()) {
    context.out() << JsonOf(given.machine(), found, shown) << '\n';
    return exit;
  }
  if (!shown.empty()) {
    Table table({{"POSITION", Align::kRight}, {"RUN"}, {"ENTITY"}, {"FROM"}, {"TO"}, {"THEN"}, {"NOW"}, {"WHY"}});
    for (const Divergence& one : shown) {
      table.AddRow({{fmt::format("{}", one.position.value)},
                    {one.run_id.empty() ? "-" : one.run_id},
                    {one.entity},
                    {one.from},
                    {one.to},
                    {std::string(one.then)},
                    {std::string(one.now)},
                    {one.why.empty() ? "-" : one.why}});
    }
    context.out() << table.Render(context.width(), context.colour());
    if (found.divergences > shown.size()) {
      context.out() << fmt::format("the first {} of {}; --limit N shows more\n", shown.size(), found.divergences);
    }
  }
  const bool one = found.judged == 1;
  context.out() << fmt::format("{} move{} of the {} machine judged: {} as {} decided, {} otherwise", found.judged,
                               one ? "" : "s", given.machine().name(), found.same, one ? "it was" : "they were",
                               found.divergences);
  if (found.after > 0) {
    context.out() << fmt::format("; {} more of entities that would have been elsewhere", found.after);
  }
  if (found.undecided > 0) {
    context.out() << fmt::format("; {} refusal{} that no machine decides", found.undecided,
                                 found.undecided == 1 ? "" : "s");
  }
  context.out() << '\n';
  return exit;
}

}  // namespace

Command RejudgeCommand() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "rejudge";
  command.summary = "What of the history a proposed law would have decided otherwise";
  command.details =
      "Takes the moves of the log, made and refused, of the machine that the proposed one is named like, and judges "
      "them\n"
      "again, guards included, on the tables as they were. Of each entity only the first that diverges is named: what\n"
      "came after would have been another history. A refusal that the edges and guards did not decide, such as of a\n"
      "name that was taken or of an old epoch, is counted and left out. Exit code 3: something diverges.";
  command.reads_as_of = true;
  command.example =
      "annals machine show workstream --format json > proposed.json\n"
      "annals rejudge --machine ./proposed.json --run r1";
  command.arguments = {Required(FileNamed(Option("--machine", "NAME|FILE", &options->machine, "the proposed law"))),
                       Option("--run", "RUN", &options->run_id, "only what is in this run"),
                       Option("--limit", "N", &options->limit, "name at most so many (default: 50, with --json all)")};
  command.run = [options](Context& context) { return Run(context, *options); };
  return command;
}

}  // namespace annals
