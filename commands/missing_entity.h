// What is said of an entity that is not there, wherever it is looked for.
#pragma once

#include <string_view>

#include <absl/status/status.h>

namespace annals {

// kNotFound. `entity` is as "task t1", `list_command`, as "annals task list", shows those there are; `run_id` is given
// of what is in a run.
absl::Status NoSuchEntity(std::string_view entity, std::string_view list_command, std::string_view run_id = {});

}  // namespace annals
