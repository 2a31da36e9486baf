// What ids, labels and free text may hold: the rules behind $Json.id, $Json.label and $Json.prose, for every door.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace annals {

inline constexpr size_t kMaxIdBytes = 128;
inline constexpr size_t kMaxLabelBytes = 512;
// The largest free JSON object or free text, in bytes of its minified form (SPEC §9).
inline constexpr size_t kMaxContentBytes = size_t{1} << 20;
inline constexpr size_t kHashDigits = 64;
inline constexpr size_t kMaxBase64Bytes = size_t{8} << 20;

enum class TextRule : uint8_t {
  kId,      // 1 to kMaxIdBytes of [A-Za-z0-9._:-], not starting with '-' or '.'
  kLabel,   // one line: 1 to kMaxLabelBytes of UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F)
  kProse,   // up to kMaxContentBytes of UTF-8 without NUL; may be empty
  kHash,    // kHashDigits hex digits
  kBase64,  // 1 to kMaxBase64Bytes of base64's characters; whether they are whole shows when they are decoded
};

// Whether `text`, which is valid UTF-8, keeps `rule`.
bool KeepsRule(TextRule rule, std::string_view text);
// How it does not: "is 200 bytes long; an id is …". Only for a text that does not keep it.
std::string RuleFault(TextRule rule, std::string_view text);

// The same for text from other doors, whatever its bytes: kInvalidArgument. The message does not say whose text it is…
absl::Status CheckText(TextRule rule, std::string_view text);
// … unless it is told to begin with `what` ("--actor").
absl::Status CheckId(std::string_view what, std::string_view text);
absl::Status CheckLabel(std::string_view what, std::string_view text);
absl::Status CheckProse(std::string_view what, std::string_view text);

}  // namespace annals
