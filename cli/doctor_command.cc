// annals doctor: what is stuck or needs a hand, and what would help.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/doctor_text.h"
#include "cli/exit_code.h"
#include "commands/doctor.h"
#include "commands/doctor_treatment.h"
#include "commands/engine.h"
#include "schemas/message_text.h"
#include "schemas/severity.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

// What a terminal is shown: the worst of them.
constexpr size_t kTerminalFindings = 50;
// What --exit-code tells unless --severity says otherwise.
constexpr schema::Severity kAlarming = schema::Severity::WARNING;

struct DoctorOptions {
  std::vector<std::string> limits;
  std::optional<std::string> run_id;
  std::optional<std::string> severity;
  bool ended_runs = false;
  bool exit_code = false;
  bool shows_limits = false;
  bool applies = false;
};

// "workstream.editing=30m".
absl::Status ReadLimit(std::string_view text, doctor::Limits& limits) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not NAME=DURATION, such as workstream.editing=30m", Quoted(text)));
  }
  ASSIGN_OR_RETURN(const std::chrono::seconds limit, ParseSpan(text.substr(equals + 1)));
  return limits.Set(text.substr(0, equals), limit);
}

// Gives the commands that may be given by themselves, and says which.
absl::Status Apply(Context& context, const doctor::Question& question) {
  ASSIGN_OR_RETURN(const bool is_there, context.DatabaseIsThere());
  if (!is_there) return context.OpenForReading().status();  // it is not made
  const std::string actor = context.options().actor.value_or("doctor");
  RETURN_IF_ERROR(CheckLabel("the actor", actor));
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  const auto mode = context.options().dry_run ? doctor::TreatmentMode::kDryRun : doctor::TreatmentMode::kApply;
  ASSIGN_OR_RETURN(const std::vector<doctor::Treatment> treatments, doctor::Treat(*engine, question, actor, mode));
  if (!context.json()) {
    context.out() << TreatmentsText(treatments, context.colour()) << (treatments.empty() ? "" : "\n");
    return absl::OkStatus();
  }
  for (const doctor::Treatment& treatment : treatments) context.out() << TreatmentJson(treatment, question.now) << '\n';
  return absl::OkStatus();
}

void PrintText(Context& context, const std::vector<doctor::Finding>& findings) {
  if (findings.empty()) {
    context.out() << "nothing is stuck or needs a hand\n";
    return;
  }
  std::vector<doctor::Finding> shown = findings;
  if (context.out_is_terminal() && shown.size() > kTerminalFindings) shown.resize(kTerminalFindings);
  context.out() << FindingsText(shown, context.Now(), context.width(), context.colour());
  context.out() << '\n' << CountText(findings);
  if (shown.size() < findings.size()) {
    context.out() << fmt::format("; the worst {} are shown, a pipe or --json gets all", shown.size());
  }
  context.out() << '\n';
}

absl::StatusOr<int> Doctor(Context& context, const DoctorOptions& options) {
  doctor::Question question;
  for (const std::string& limit : options.limits) {
    RETURN_IF_ERROR(WithContext(ReadLimit(limit, question.limits), "--limit"));
  }
  if (options.shows_limits) {
    context.out() << (context.json() ? LimitsJson(question.limits)
                                     : LimitsText(question.limits, context.width(), context.colour()));
    return kExitDone;
  }
  question.run_id = options.run_id;
  question.looks_at_ended_runs = options.ended_runs;
  question.knows_leases = !context.options().at;
  if (options.severity) question.least = *SeverityNamed(*options.severity);
  if (options.applies) {
    if (context.options().at) {
      return absl::InvalidArgumentError("--apply acts on what is now, --at asks of earlier; leave one of the two out");
    }
    question.now = context.clock().Now();
    RETURN_IF_ERROR(Apply(context, question));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  question.now = context.Now();
  ASSIGN_OR_RETURN(const std::vector<doctor::Finding> findings, doctor::Examine(*snapshot, question));
  if (context.json()) {
    for (const doctor::Finding& finding : findings) context.out() << FindingJson(finding, question.now) << '\n';
  } else {
    PrintText(context, findings);
  }
  const schema::Severity alarming = options.severity ? question.least : kAlarming;
  // The gravest comes first.
  const bool is_alarming = !findings.empty() && findings.front().kind.severity >= alarming;
  return options.exit_code && is_alarming ? kExitRefused : kExitDone;
}

}  // namespace

Command DoctorCommand() {
  const auto options = std::make_shared<DoctorOptions>();
  return {
      .name = "doctor",
      .summary = "What is stuck or needs a hand, and what would help",
      .details =
          "Looks at what is open: what nobody moves on, what waits for a person, what the law would let go on. Under "
          "each finding stands the command that would help; annals why says more of one of them. Each kind of "
          "finding has a limit: only what lasts longer is told. --limits shows them, --limit NAME=DURATION sets "
          "one, such as workstream.editing=30m or run.paused=2d. On a terminal the worst 50 are shown.\n"
          "--apply gives up silent workers, takes tasks from workers that are gone or over their time, queues those "
          "whose next try is due, and lets tools be tried again whose cooldown is over: as actor doctor unless "
          "--actor is given, through the law as any command. It moves no run and no workstream; --dry-run shows "
          "what it would give.",
      .example =
          "annals doctor\nannals doctor --apply\nannals doctor --run r1 --limit workstream.editing=30m\n"
          "annals doctor --severity error --exit-code || echo 'somebody has to look'",
      .arguments =
          {
              Option("--run", "RUN", &options->run_id, "only this run, also where it has ended"),
              OneOf(
                  {std::begin(kSeverityNames), std::end(kSeverityNames)},
                  Option("--severity", "LEVEL", &options->severity, "only findings of this severity or a graver one")),
              Option("--limit", "NAME=DURATION", &options->limits, "how long this may last; may be repeated"),
              Flag("--apply", &options->applies, "give those commands that are safe by themselves, and say which"),
              Flag("--limits", &options->shows_limits, "show the limits and what is looked for"),
              Flag("--ended-runs", &options->ended_runs, "also what was left open by runs that have ended"),
              Flag("--exit-code", &options->exit_code,
                   "exit with 3 where there is a finding of --severity (default: warning) or graver"),
          },
      .run = [options](Context& context) { return Doctor(context, *options); },
      .reads_as_of = true};
}

}  // namespace annals
