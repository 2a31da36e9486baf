#include "tests/support/foreign.h"

namespace annals::support {
std::vector<ForeignTable> StateTables::All() const {
  std::vector<ForeignTable> all = {errors, events, runs, schema_meta, attempts, workstreams};
  all.insert(all.end(), extra.begin(), extra.end());
  return all;
}

StateTables& StateTables::Run(std::string run_id, std::string status) {
  runs.rows.push_back({run_id, status, "2024-03-01T10:00:00Z", "2024-03-01T11:00:00Z", {}});
  return *this;
}

StateTables& StateTables::Workstream(std::string ws_id, std::string status, ForeignCell depends_on) {
  workstreams.rows.push_back({ws_id, "r1", status, depends_on, "2024-03-01T10:01:00Z", "2024-03-01T10:30:00Z", {}});
  return *this;
}

StateTables& StateTables::Attempt(std::string ws_id, std::string step_name, std::string status) {
  attempts.rows.push_back({static_cast<int64_t>(attempts.rows.size() + 1), "r1", ws_id, step_name, status,
                           "2024-03-01T10:02:00Z", "2024-03-01T10:03:00Z", R"({"exit_code":0})"});
  return *this;
}

StateTables& StateTables::Error(std::string ws_id, int64_t count) {
  errors.rows.push_back({static_cast<int64_t>(errors.rows.size() + 1), "r1", ws_id, "static", "E501", "E501 a.py",
                         "line too long", R"({"file":"a.py"})", count, "2024-03-01T10:04:00Z", "2024-03-01T10:09:00Z"});
  return *this;
}

StateTables& StateTables::Event(ForeignCell run_id, ForeignCell ws_id, std::string event_type) {
  events.rows.push_back({static_cast<int64_t>(events.rows.size() + 1), "2024-03-01T10:05:00Z", run_id, ws_id,
                         event_type, R"({"path":"x"})"});
  return *this;
}

}  // namespace annals::support
