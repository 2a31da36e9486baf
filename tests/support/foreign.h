// Tables of a database that is not ours, written in few words.
#pragma once

#include <string>
#include <vector>

#include "eventstore/foreign_table.h"

namespace annals::support {

// A state database of an older pipeline, with its tables empty, to be filled. NULL is {}.
struct StateTables {
  ForeignTable errors{"errors",
                      {"id", "run_id", "ws_id", "step_name", "error_code", "signature", "message", "context_json",
                       "count", "first_seen_at", "last_seen_at"},
                      {}};
  ForeignTable events{"events", {"id", "timestamp", "run_id", "ws_id", "event_type", "payload_json"}, {}};
  ForeignTable runs{"runs", {"run_id", "status", "created_at", "updated_at", "metadata_json"}, {}};
  ForeignTable schema_meta{"schema_meta", {"key", "value"}, {}};
  ForeignTable attempts{"step_attempts",
                        {"id", "run_id", "ws_id", "step_name", "status", "started_at", "completed_at", "result_json"},
                        {}};
  ForeignTable workstreams{
      "workstreams", {"ws_id", "run_id", "status", "depends_on", "created_at", "updated_at", "metadata_json"}, {}};
  std::vector<ForeignTable> extra = {};

  std::vector<ForeignTable> All() const;

  // Rows that are lawful as they are: a run that runs, from ten o'clock, and workstreams and more in it.
  StateTables& Run(std::string run_id = "r1", std::string status = "running");
  StateTables& Workstream(std::string ws_id, std::string status = "pending", ForeignCell depends_on = {});
  StateTables& Attempt(std::string ws_id, std::string step_name = "edit", std::string status = "success");
  StateTables& Error(std::string ws_id, int64_t count = 1);
  StateTables& Event(ForeignCell run_id, ForeignCell ws_id = {}, std::string event_type = "scope_violation");
};

}  // namespace annals::support
