// How the page of an audit looks.
#pragma once

#include <string_view>

namespace annals {

// CSS, light and dark, for screens from 320 pixels on and for paper. It refers to nothing outside.
std::string_view AuditStyle();

}  // namespace annals
