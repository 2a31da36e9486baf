// Commands as tests write them: one JSON object each, spelled as the contract has it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/message.h>

#include "schemas/command.capnp.h"

namespace annals::support {

// A command read from JSON; throws where that cannot be read.
class JsonCommand {
 public:
  explicit JsonCommand(std::string_view json);
  schema::Command::Reader reader() const;

 private:
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
};

// What is about run "r1" unless the name of the run comes first.
std::string CreateRun(std::string_view run_id = "r1", std::string_view status = "pending");
std::string MoveRun(std::string_view to, std::string_view run_id = "r1");
std::string CreateWorkstream(std::string_view ws_id, const std::vector<std::string>& depends_on = {},
                             bool is_critical = false, std::string_view run_id = "r1");
std::string MoveWorkstream(std::string_view ws_id, std::string_view to, std::string_view run_id = "r1");
std::string StartStep(std::string_view ws_id, std::string_view step_name, std::string_view run_id = "r1");
std::string FinishStep(int64_t attempt_id, std::string_view status);
std::string RecordStep(std::string_view ws_id, std::string_view step_name, std::string_view status,
                       std::string_view run_id = "r1");
std::string RecordError(std::string_view ws_id, std::string_view step_name, std::string_view signature,
                        std::string_view run_id = "r1");
std::string Note(std::string_view event_type, std::string_view run_id = "r1");

// `json` with more fields in it: With(MoveRun("paused"), R"("reason":"lunch")").
std::string With(std::string json, std::string_view fields);
// `json` as an override by operator "Olga" for the reason "it must".
std::string Overridden(std::string json);

}  // namespace annals::support
