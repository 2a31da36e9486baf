// Requests that wait for a person, or that nobody works on.
#include <fmt/format.h>

#include "commands/doctor_kinds.h"

namespace annals::doctor {

Seen LookAtApproval(const Ward&, const RequestRow& request) {
  const bool is_plan = request.status == "plan_awaiting_approval";
  // The command that approves stands where what is approved is shown: nobody is to copy it unseen.
  return Sign{request.updated_at, fmt::format("its {} waits for approval", is_plan ? "plan" : "implementation"),
              fmt::format("annals request show {}", request.request_id)};
}

Seen LookAtRequest(const Ward&, const RequestRow& request) {
  std::string detail = "nobody moved it on";
  if (request.run_id) detail += fmt::format("; run {} does its work", *request.run_id);
  return Sign{request.updated_at, std::move(detail), fmt::format("annals request show {}", request.request_id)};
}

}  // namespace annals::doctor
