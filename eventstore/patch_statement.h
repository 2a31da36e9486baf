// What a move of a patch states of it. In an event it is bits, and which of them count.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/event.capnp.h"

namespace annals {

// Nothing: it was not stated.
struct PatchStatement {
  std::optional<bool> scope_passed;
  std::optional<bool> constraints_passed;
  std::optional<bool> tests_passed;

  bool IsEmpty() const { return !scope_passed && !constraints_passed && !tests_passed; }
};

// `from` is the state that the move leaves.
PatchStatement StatementIn(schema::Transitioned::Reader moved, std::string_view from);
// Only of a statement that is not empty.
void FillStatement(const PatchStatement& statement, std::string_view from, schema::PatchMove::Builder move);

}  // namespace annals
