// annals request: what a person asked for, from the wish to the approved and verified work.
#include "cli/commands.h"
#include "cli/entity_group.h"
#include "cli/request_resume.h"
#include "cli/request_show.h"
#include "projections/entity_tables.h"

namespace annals {
namespace {

Command Open() {
  return MakeWriteCommand({
      .name = "open",
      .body = "create_request",
      .summary = "Ask for something; prints the name that was made for it",
      .example = "annals request open 'make the parser faster'",
      .arguments =
          {{"TEXT", "", "request", "what is asked for: text, @FILE, or - for standard input", {}, Input::kFile},
           {"--id", "REQUEST", "request_id", "its name, instead of one that is made"},
           {"--run", "RUN", "run_id", "the run that does the work"},
           {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}},
      .printed = PrintedLine::kEntity,
  });
}

}  // namespace

Command RequestCommands() {
  const FieldArgument run = {"--run", "RUN", "run_id", "the run that does the work"};
  const FieldArgument scope = {"--scope", "JSON", "scope", "what it is about, approved with it: text, @FILE, or -"};
  const FieldArgument patches = {"--patches", "A,B", "patches", "patches of the linked run, approved with it"};
  const FieldArgument digest = {"--digest", "HEX", "digest", "of what is approved, as annals request show prints it"};
  const FieldArgument authority = {"--authority", "TEXT", "authority", "by which you approve it (default: own)"};
  const auto text = [](std::string_view place, std::string_view field, std::string_view meaning) {
    return FieldArgument{place, "", field, meaning, {}, Input::kFile};
  };
  return MakeEntityGroup({
      .name = "request",
      .summary = "What people asked for, with approvals",
      .place = "REQUEST",
      .id_field = "request_id",
      .meaning = "its name",
      .transition = "transition_request",
      .machine = RequestMachine,
      .transition_example = "annals request transition q1 planning",
      .transition_arguments = {digest, authority, run},
      .creates =
          {{.name = "create",
            .body = "create_request",
            .summary = "Ask for something, under a name of your own",
            .example = "annals request create q1 'make the parser faster'",
            .arguments = {text("TEXT", "request", "what is asked for: text, @FILE, or - for standard input"),
                          run,
                          {"--metadata", "JSON", "metadata",
                           "an object of your own: text, @FILE, or - for standard input"}}},
           {.name = "revise",
            .body = "amend_request",
            .summary = "Change what waits for approval, which voids its digest, or link a run",
            .details =
                "What is not named stays as it is: the text, the scope and the patches can each be changed alone.",
            .example = "annals request revise q1 --plan @plan.md\nannals request revise q1 --run r1",
            .arguments =
                {{"--plan", "TEXT", "plan", "the plan: text, @FILE, or -", {}, Input::kFile},
                 {"--implementation", "TEXT", "implementation", "what was made: text, @FILE, or -", {}, Input::kFile},
                 scope,
                 patches,
                 run}}},
      .list = {.table = &RequestsTable().table(),
               .things = "requests",
               .summary = "List requests",
               .example = "annals request list --status plan_awaiting_approval\nannals request list --resumable",
               .time_column = "created_at",
               .columns = {{"REQUEST", "request_id"},
                           {"STATUS", "status"},
                           {"RUN", "run_id"},
                           {"REWORKS", "retry_count"},
                           {"ASKED FOR", "request"},
                           {"UPDATED", "updated_at"}},
               .flags = {{"--resumable", "only those whose work goes on: not ended, and not waiting for a person",
                          IsResumable}}},
      .verbs = {{"start", "planning", "plan", "Begin to plan, or to plan anew", "annals request start q1"},
                {"plan",
                 "plan_awaiting_approval",
                 "",
                 "Put a plan up for approval",
                 "annals request plan q1 @plan.md --scope '{\"paths\":[\"parser/\"]}'",
                 {text("PLAN", "plan", "how it shall be done: text, @FILE, or - for standard input"), scope, patches,
                  run},
                 {},
                 /*takes_reason=*/false},
                {"implement",
                 "implementing",
                 "implement",
                 "Begin to carry the plan out, or to mend what was rejected",
                 "annals request implement q1 --run r1",
                 {run}},
                {"submit",
                 "implementation_awaiting_approval",
                 "",
                 "Put what was made up for approval",
                 "annals request submit q1 @summary.md --patches p1,p2",
                 {text("TEXT", "implementation", "what was made: text, @FILE, or - for standard input"), scope, patches,
                  run},
                 {},
                 /*takes_reason=*/false},
                {"approve",
                 "",
                 "approve",
                 "Approve exactly what waits for it",
                 "annals request approve q1 --digest $DIGEST",
                 {digest, authority}},
                {"reject", "", "reject", "Send it back", "annals request reject q1 --reason 'touches too much'"},
                {"review", "reviewing", "", "Begin the review", "annals request review q1"},
                {"verify",
                 "verifying",
                 "",
                 "Begin to try it, the review being done",
                 "annals request verify q1 --review 'good'",
                 {{"--review",
                   "TEXT",
                   "review",
                   "what the review said, instead of a reason: text, @FILE, or -",
                   {},
                   Input::kFile}}},
                {"complete",
                 "completed",
                 "",
                 "Say that it is there and works",
                 "annals request complete q1 --result 'all tests pass'",
                 {{"--result",
                   "TEXT",
                   "verification_result",
                   "what trying it showed, instead of a reason: text, @FILE, or -",
                   {},
                   Input::kFile}}},
                {"rework", "implementing", "rework", "Say that it has to be mended",
                 "annals request rework q1 --reason 'too slow still'"},
                {"fail", "failed", "", "Say that it cannot be done", "annals request fail q1 --reason 'no access'"},
                {"cancel", "cancelled", "", "Give it up", "annals request cancel q1"}},
      .more = {ShowRequestCommand(), ResumeRequestCommand(), Open()},
      .has_own_show = true,
  });
}

}  // namespace annals
