// One transition as any program's log may have it: {"entity_type", "entity_id", "from_state", "to_state", "timestamp"}.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "schemas/json_text.h"
#include "schemas/json_tokens.h"

namespace annals {

struct TransitionLine {
  std::string_view entity_type, entity_id;
  std::string_view from_state;  // empty: the entity was created (from_state is null or "")
  std::string_view to_state;
  std::string_view timestamp;  // as it stands there
  // It was wanted and not made: Annals' own logs say so by "kind":"refused". Then to_state may be null, and is empty.
  bool is_refused = false;
};

// Threads: one at a time (it keeps its buffers between calls).
class TransitionLineReader {
 public:
  // Keys of other names are passed over. What is returned is void after the next call. Nothing throws.
  //   kInvalidArgument  no JSON object; a key is missing, there twice, or no string: "read the transition: byte 14,
  //                     /to_state: must be a string"
  absl::StatusOr<TransitionLine> Read(std::string_view json);

 private:
  bool ReadFields(TransitionLine& line);
  // The member `key` of the object at the cursor, into `kept`. False: it is missing, or no string.
  enum class Null { kRefused, kIsEmpty };
  bool ReadField(std::string_view key, Null null, std::string& kept, std::string_view& text);
  bool IsRefused();

  JsonTokens in_;
  JsonCopier copier_{in_};
  std::string copy_;
  std::string entity_type_, entity_id_, from_state_, to_state_, timestamp_;
};

}  // namespace annals
