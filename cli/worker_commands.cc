// annals worker: who takes tasks.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entity_group.h"
#include "cli/worker_show.h"
#include "projections/entity_tables.h"
#include "schemas/status.h"

namespace annals {
namespace {

WriteCommand Register(std::string_view name, std::string_view summary, std::string_view example) {
  return {
      .name = name,
      .body = "create_worker",
      .summary = summary,
      .example = example,
      .arguments = {{"--capabilities", "A,B", "capabilities", "what it can do"},
                    {"--affinity", "A,B", "affinity", "what it should be given first"},
                    {"--max-tasks", "N", "max_concurrent_tasks", "how many tasks it may hold (default: 1)"},
                    {"--heartbeat-sec", "N", "heartbeat_sec", "how often it promises to be heard of (default: 30)"},
                    {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}}};
}

}  // namespace

Command WorkerCommands() {
  WriteCommand registers = Register("register", "Register a worker that is ready",
                                    "annals worker register w1 --capabilities cpp,python --max-tasks 2");
  registers.presets = {{"status", "idle"}};
  return MakeEntityGroup({
      .name = "worker",
      .summary = "Who takes tasks",
      .place = "WORKER",
      .id_field = "worker_id",
      .meaning = "its name",
      .transition = "transition_worker",
      .machine = WorkerMachine,
      .transition_example = "annals worker transition w1 shutdown",
      .creates = {registers,
                  Register("create", "Register a worker that is being started", "annals worker create w1"),
                  {.name = "heartbeat",
                   .body = "heartbeat_worker",
                   .summary = "Say that it lives",
                   .details =
                       "Renews its lease, which is no event. One that was given up as unresponsive becomes idle.",
                   .example = "annals worker heartbeat w1",
                   .arguments = {}}},
      .list = {.table = &WorkersTable().table(),
               .things = "workers",
               .summary = "List workers",
               .example = "annals worker list --status idle",
               .time_column = "created_at",
               .columns = {{"WORKER", "worker_id"},
                           {"STATUS", "status"},
                           {"LOAD", "current_load"},
                           {"MAX", "max_concurrent_tasks"},
                           {"CAPABILITIES", "capabilities"},
                           {"UPDATED", "updated_at"}}},
      .verbs = {{"start", "idle", "started", "Say that it is ready", "annals worker start w1"},
                {"drain", "draining", "", "Ask a busy one to stop: it takes no more, and is shut down when it is done",
                 "annals worker drain w1"},
                {"shutdown", "shutdown", "", "Say that it is gone", "annals worker shutdown w1"},
                {"recover", "idle", "recover", "Say that an unresponsive one was heard of again",
                 "annals worker recover w1"}},
      .more = {ShowWorkerCommand()},
      .has_own_show = true,
  });
}

}  // namespace annals
