// The functions of {fmt} that its headers only declare, compiled here: Debian has them in a shared library alone, which
// brings the shared C++ library with it, and loading those two took a sixth of the time of a CLI command.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template char decimal_point_impl<char>(locale_ref);
template thousands_sep_result<char> thousands_sep_impl<char>(locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
