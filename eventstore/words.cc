#include "eventstore/words.h"

#include <string>
#include <vector>

#include <capnp/schema.h>

#include "schemas/json_writer.h"
#include "schemas/text_map.h"

namespace annals {
namespace {

// The words by number, from the schema itself.
const std::vector<std::string>& Words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> names;
    for (const auto enumerant : capnp::Schema::from<schema::Word>().getEnumerants()) {
      names.push_back(SnakeCase(enumerant.getProto().getName().cStr()));
    }
    names[0].clear();  // none
    return names;
  }();
  return words;
}

}  // namespace

std::string_view WordText(schema::Word word) {
  const auto number = static_cast<size_t>(word);
  return number < Words().size() ? std::string_view(Words()[number]) : std::string_view{};
}

schema::Word WordOf(std::string_view text) {
  static const TextMap<schema::Word> words = [] {
    TextMap<schema::Word> by_text;
    for (size_t number = 1; number < Words().size(); ++number)
      by_text.emplace(Words()[number], static_cast<schema::Word>(number));
    return by_text;
  }();
  const auto it = words.find(text);
  return it == words.end() ? schema::Word::NONE : it->second;
}

}  // namespace annals
