// Small words for messages: a value quoted safely, a list, the nearest right name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace annals {

// `text` in double quotes, fit for one line of a terminal: control characters, quotes and backslashes as in JSON, bytes
// that are not UTF-8 as \xNN, cut to about 80 bytes with "…".
std::string Quoted(std::string_view text);

// "a, b, c and 7 more": the first ten.
std::string ListedBriefly(std::span<const std::string> names);

// "a, b, c".
std::string Listed(std::span<const std::string_view> names);

// The name that `given` most likely meant, or "" where none is near. Case and up to a third of the letters may differ.
std::string_view NearestName(std::string_view given, std::span<const std::string_view> names);

// "did you mean "status"?", or "known: a, b, c" where nothing is near (the first 40).
std::string SuggestName(std::string_view given, std::span<const std::string_view> names);

}  // namespace annals
