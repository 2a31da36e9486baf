#include "commands/missing_entity.h"

#include <fmt/format.h>

namespace annals {

absl::Status NoSuchEntity(std::string_view entity, std::string_view list_command, std::string_view run_id) {
  if (run_id.empty()) {
    return absl::NotFoundError(fmt::format("there is no {}; {} shows those there are", entity, list_command));
  }
  return absl::NotFoundError(
      fmt::format("run {} has no {}; {} --run {} shows those it has", run_id, entity, list_command, run_id));
}

}  // namespace annals
