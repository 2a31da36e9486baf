#include "tests/support/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schemas/json_reader.h"
#include "tests/support/must.h"

namespace annals::support {

JsonCommand::JsonCommand(std::string_view json) : message_(std::make_unique<capnp::MallocMessageBuilder>()) {
  CommandReader reader;
  Must(reader.Read(json, message_->initRoot<schema::Command>()));
}

schema::Command::Reader JsonCommand::reader() const {
  return message_->getRoot<schema::Command>().asReader();
}

std::string CreateRun(std::string_view run_id, std::string_view status) {
  return fmt::format(R"({{"command":"create_run","run_id":"{}","status":"{}"}})", run_id, status);
}

std::string MoveRun(std::string_view to, std::string_view run_id) {
  return fmt::format(R"({{"command":"transition_run","run_id":"{}","to":"{}"}})", run_id, to);
}

std::string CreateWorkstream(std::string_view ws_id, const std::vector<std::string>& depends_on, bool is_critical,
                             std::string_view run_id) {
  const std::string needs = depends_on.empty() ? "" : fmt::format(R"("{}")", fmt::join(depends_on, R"(",")"));
  return fmt::format(
      R"({{"command":"create_workstream","run_id":"{}","ws_id":"{}","depends_on":[{}],"is_critical":{}}})", run_id,
      ws_id, needs, is_critical);
}

std::string MoveWorkstream(std::string_view ws_id, std::string_view to, std::string_view run_id) {
  return fmt::format(R"({{"command":"transition_workstream","run_id":"{}","ws_id":"{}","to":"{}"}})", run_id, ws_id,
                     to);
}

std::string StartStep(std::string_view ws_id, std::string_view step_name, std::string_view run_id) {
  return fmt::format(R"({{"command":"start_step","run_id":"{}","ws_id":"{}","step_name":"{}"}})", run_id, ws_id,
                     step_name);
}

std::string FinishStep(int64_t attempt_id, std::string_view status) {
  return fmt::format(R"({{"command":"finish_step","attempt_id":{},"status":"{}"}})", attempt_id, status);
}

std::string RecordStep(std::string_view ws_id, std::string_view step_name, std::string_view status,
                       std::string_view run_id) {
  return fmt::format(R"({{"command":"record_step_attempt","run_id":"{}","ws_id":"{}","step_name":"{}","status":"{}"}})",
                     run_id, ws_id, step_name, status);
}

std::string RecordError(std::string_view ws_id, std::string_view step_name, std::string_view signature,
                        std::string_view run_id) {
  return fmt::format(R"({{"command":"record_error","run_id":"{}","ws_id":"{}","step_name":"{}","error_code":"E1",)"
                     R"("signature":"{}","message":"it broke"}})",
                     run_id, ws_id, step_name, signature);
}

std::string Note(std::string_view event_type, std::string_view run_id) {
  return fmt::format(R"({{"command":"record_event","run_id":"{}","event_type":"{}"}})", run_id, event_type);
}

std::string With(std::string json, std::string_view fields) {
  json.pop_back();
  return fmt::format("{},{}}}", json, fields);
}

std::string Overridden(std::string json) {
  return With(std::move(json), R"("override":{"operator":"Olga","reason":"it must"})");
}

}  // namespace annals::support
