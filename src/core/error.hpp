#pragma once

#include <chrono>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pantheon::core {

/// One row of a part's error table: what an error is called on every wire, and how it leaves the process.
struct ErrorRow {
  std::string_view code;    ///< snake_case, stable, the same in HTTP bodies, Socket.IO errors and link frames
  unsigned http_status;     ///< status of an HTTP response that carries it
  int exit_code;            ///< exit code of a command that ends with it (sysexits.h where one fits)
  std::string_view advice;  ///< what happened and what to do, one sentence for a person
};

/// An enumeration of errors: each part has one, with a function `row(E)` beside it that reads the part's
/// table.
template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires(E e) {
  { row(e) } -> std::same_as<const ErrorRow&>;
};

/// An error on its way to a person or a peer. Cheap to move; immutable; usable from any thread.
class Error {
 public:
  /// `detail` says what is particular to this case; it must never contain a prompt, an answer or a token.
  template <ErrorEnum E>
  Error(E code, std::string detail = {}) : row_(&row(code)), detail_(std::move(detail)) {}

  std::string_view code() const { return row_->code; }
  unsigned http_status() const { return row_->http_status; }
  int exit_code() const { return row_->exit_code; }
  const std::string& detail() const { return detail_; }
  /// How long to wait before another attempt, as the one who refused asked; 0 when that was not said.
  std::chrono::milliseconds retry_after() const { return retry_after_; }
  /// The same error with such a wait.
  Error with_retry_after(std::chrono::milliseconds wait) const {
    auto error = *this;
    error.retry_after_ = wait;
    return error;
  }

  /// The advice of the table, with the detail behind it when there is one.
  std::string message() const;

  template <ErrorEnum E>
  bool is(E code) const {
    return row_ == &row(code);
  }

 private:
  const ErrorRow* row_;
  std::string detail_;
  std::chrono::milliseconds retry_after_{0};
};

/// A value, or the error that stood in its way.
template <class T>
using Result = tl::expected<T, Error>;

/// `return failure(LinkError::binding_mismatch, "...")` in a function that returns a Result.
template <ErrorEnum E>
tl::unexpected<Error> failure(E code, std::string detail = {}) {
  return tl::unexpected<Error>(Error(code, std::move(detail)));
}

/// Passes an error of one Result on as that of another.
inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// Errors that belong to no single part.
enum class CommonError {
  invalid_json,
  invalid_base64,
  too_large,
  cancelled,
  timeout,
  unavailable,
  internal,
  invalid_argument
};
const ErrorRow& row(CommonError code);
std::span<const ErrorRow> common_error_rows();

}  // namespace pantheon::core
