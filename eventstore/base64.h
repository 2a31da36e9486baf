// Base64 as RFC 4648 §4 has it: padded, and with one text for each value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace annals {

std::string Base64Of(std::string_view bytes);
// nullopt unless `text` is what Base64Of gives for some bytes: no white space, no missing padding, no stray bits.
std::optional<std::string> BytesOfBase64(std::string_view text);

}  // namespace annals
