// The names of files in a diff: how they are quoted, and that they stay in the tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace annals {

inline constexpr std::string_view kNoFile = "/dev/null";

// Takes a name in double quotes with C's escapes off the front of `text`. nullopt: there is none that is whole.
std::optional<std::string> TakeQuotedName(std::string_view& text);

// The name in what follows "--- ", "+++ " or "rename to ": a quoted one, or all up to a tab, behind which tools put a
// time. nullopt: the quotes are broken.
std::optional<std::string> FileNameOf(std::string_view text);

// What is wrong with a name that is not kNoFile; empty where it is a place in the tree.
std::string NameFault(std::string_view name);

}  // namespace annals
