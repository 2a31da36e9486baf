// SQL as the words it is made of: what is written otherwise but reads the same has the same ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace annals {

// Each name, number, quoted text and sign as it stands, by SQLite's own rules; no spaces and no comments.
std::vector<std::string> SqlTokens(std::string_view sql);

}  // namespace annals
