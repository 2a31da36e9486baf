// JSON as text that is passed on: checked and minified, never turned into values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "schemas/json_tokens.h"
#include "schemas/text_rules.h"

namespace annals {

// The deepest nesting of free JSON, the outermost object being 1: what other readers of JSON take too.
inline constexpr size_t kMaxJsonDepth = 1024;

// The longest text that is looked at: room for two contents at their limit, every byte escaped.
inline constexpr size_t kMaxCommandBytes = size_t{16} << 20;

// Copies JSON values without white space. Key order and the text of numbers are kept (1.0, 1e400 and 20 digits stay as
// they came); strings are escaped anew in the one way of AppendEscaped(), so a key given twice is found however it is
// spelled.
class JsonCopier {
 public:
  explicit JsonCopier(JsonTokens& in) : in_(in) {}

  // Copies the object at the cursor of `in` to `out`, from its start. False as the Take… of `in`: not an object, a key
  // given twice, deeper than kMaxJsonDepth, or larger than kMaxContentBytes when minified.
  bool CopyObject(std::string& out);

 private:
  struct Key {
    size_t begin, end;  // in the output
    size_t offset;      // in the input
  };

  bool Value(std::string& out, size_t depth);
  bool Object(std::string& out, size_t depth);
  bool Array(std::string& out, size_t depth);
  bool String(std::string& out);
  // No key from `first_key` on is there twice.
  bool CheckKeys(const std::string& out, size_t first_key);

  JsonTokens& in_;
  std::vector<Key> keys_;  // of the objects that are open, the outermost first
};

// `json`, one JSON object of the user's own, as JsonCopier copies it. kInvalidArgument: "read the JSON: byte 14, /a:
// …"; over kMaxContentBytes it names the size.
absl::StatusOr<std::string> MinifyJsonObject(std::string_view json);

}  // namespace annals
