// SHA-256 over up to a few pieces, laid one after the other.
#pragma once

#include <initializer_list>
#include <string_view>

#include "eventstore/types.h"

namespace annals {

Hash Sha256(std::initializer_list<std::string_view> pieces);

}  // namespace annals
