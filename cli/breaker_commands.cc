// annals breaker: one circuit breaker per tool.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entity_group.h"
#include "cli/exit_code.h"
#include "commands/guards.h"
#include "projections/entity_tables.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct StatusOptions {
  std::string tool;
  bool exit_code = false;
};

absl::StatusOr<int> Status(Context& context, const StatusOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  CircuitBreakerRow breaker;
  breaker.status = CircuitBreakerMachine().initial();
  RETURN_IF_ERROR(
      snapshot->ReadRows({.table = &CircuitBreakersTable().table(), .equals = {{0, std::string_view(options.tool)}}},
                         TableSet::kLive, [&](Row row) {
                           breaker = CircuitBreakersTable().FromValues(row);
                           return absl::OkStatus();
                         }));
  // A tool that nobody reported of has no breaker yet, and may be used.
  const bool is_known = !breaker.tool.empty();
  const bool is_open = breaker.status == "open";
  const int64_t left = CooldownSecondsLeft(breaker, context.Now());
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("tool").String(options.tool).Key("status").String(breaker.status);
    out.Key("failures").Int(breaker.failures);
    is_known ? out.Key("failure_threshold").Int(breaker.failure_threshold) : out.Key("failure_threshold").Null();
    is_open ? out.Key("seconds_left").Int(left) : out.Key("seconds_left").Null();
    context.out() << out.EndObject().text() << '\n';
  } else if (is_open) {
    context.out() << (left > 0
                          ? fmt::format("{}: open, for {} seconds more\n", options.tool, left)
                          : fmt::format("{0}: open; its cooldown is over: annals breaker probe {0}\n", options.tool));
  } else if (is_known) {
    context.out() << fmt::format("{}: {}, {} of {} failures in a row\n", options.tool, breaker.status, breaker.failures,
                                 breaker.failure_threshold);
  } else {
    context.out() << fmt::format("{}: closed; nothing was reported of it yet\n", options.tool);
  }
  return options.exit_code && is_open ? kExitRefused : kExitDone;
}

Command StatusCommand() {
  const auto options = std::make_shared<StatusOptions>();
  Command command;
  command.name = "status";
  command.summary = "Say whether a tool may be used, or how many seconds are left until it may be tried";
  command.reads_as_of = true;
  command.example = "annals breaker status cmake\nannals breaker status cmake --exit-code && cmake --build build";
  command.arguments = {Place("TOOL", &options->tool, "the tool"),
                       Flag("--exit-code", &options->exit_code, "exit with 3 while it is open")};
  command.run = [options](Context& context) { return Status(context, *options); };
  return command;
}

WriteCommand Report(std::string_view name, std::string_view summary, std::string_view example) {
  return {.name = name,
          .body = "report_tool_result",
          .summary = summary,
          .details =
              "The first report of a tool makes its breaker. One of a tool whose breaker is open is refused until "
              "its cooldown is over.",
          .example = example,
          .arguments = {{"--reason", "TEXT", "reason", "what happened; kept in the log"}},
          .presets = {{"outcome", name}}};
}

}  // namespace

Command BreakerCommands() {
  return MakeEntityGroup({
      .name = "breaker",
      .summary = "Circuit breakers of tools",
      .place = "TOOL",
      .id_field = "tool",
      .meaning = "the tool",
      .transition = "transition_circuit_breaker",
      .machine = CircuitBreakerMachine,
      .transition_example = "annals breaker transition cmake half_open",
      .creates =
          {{.name = "create",
            .body = "create_circuit_breaker",
            .summary = "Make the breaker of a tool",
            .example = "annals breaker create cmake --failure-threshold 3 --cooldown-seconds 120",
            .arguments =
                {{"--failure-threshold", "N", "failure_threshold", "so many failures in a row open it (default: 5)"},
                 {"--cooldown-seconds", "N", "cooldown_seconds", "so long it stays open at least (default: 60)"},
                 {"--success-threshold", "N", "success_threshold",
                  "so many successes in a row close it again (default: 1)"},
                 {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}}},
           Report("success", "Report that the tool worked", "annals breaker success cmake"),
           Report("failure", "Report that the tool failed", "annals breaker failure cmake --reason 'timed out'")},
      .list = {.table = &CircuitBreakersTable().table(),
               .things = "circuit breakers",
               .summary = "List circuit breakers",
               .example = "annals breaker list --status open",
               .time_column = "created_at",
               .columns = {{"TOOL", "tool"},
                           {"STATUS", "status"},
                           {"FAILURES", "failures"},
                           {"THRESHOLD", "failure_threshold"},
                           {"OPENED", "opened_at"},
                           {"UPDATED", "updated_at"}}},
      .verbs = {{"probe", "half_open", "", "Try the tool again, when its cooldown is over",
                 "annals breaker probe cmake"},
                {"trip", "open", "trip", "Keep the tool from being used",
                 "annals breaker trip cmake --operator olga --reason 'bad release'"},
                {"reset", "closed", "reset", "Let the tool be used again",
                 "annals breaker reset cmake --operator olga --reason 'fixed'"}},
      .more = {StatusCommand()},
  });
}

}  // namespace annals
