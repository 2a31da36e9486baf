// The page docs/database_schema.md.
#pragma once

#include <string>

namespace annals {

std::string DatabaseSchemaPage();

}  // namespace annals
