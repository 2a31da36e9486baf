// Names that stand in events as a word where they are one, as text where they are not.
#pragma once

#include <string_view>

#include "schemas/event.capnp.h"

namespace annals {

// "static_check" for Word::STATIC_CHECK; "" for Word::NONE, and for a word a newer annals added.
std::string_view WordText(schema::Word word);
// Word::NONE when `text` is none.
schema::Word WordOf(std::string_view text);

// The name in a {known, other} union, empty where none is set.
template <class Union>
requires requires(Union name) {
  name.getKnown();
}
std::string_view View(Union name) {
  if (name.isKnown()) return WordText(name.getKnown());
  const auto text = name.getOther();
  return {text.begin(), text.size()};
}

// Sets the name in a {known, other} union, in its one form: the same name always gives the same bytes.
template <class Union>
void SetName(Union name, std::string_view text) {
  const schema::Word word = WordOf(text);
  if (word != schema::Word::NONE || text.empty()) {
    name.setKnown(word);
  } else {
    name.setOther({text.data(), text.size()});
  }
}

}  // namespace annals
