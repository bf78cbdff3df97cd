#include "runtime/io/file_errors.hpp"
#include <cerrno>

namespace aio::detail {
void throw_file_error(int error, const char* operation, const std::filesystem::path& path) {
    const std::error_code code(error, std::system_category());
    switch (error) {
        case ENOENT: throw FileNotFoundError(operation, path, code);
        case EEXIST: throw FileExistsError(operation, path, code);
        case EACCES:
        case EPERM: throw PermissionError(operation, path, code);
        case EISDIR: throw IsADirectoryError(operation, path, code);
        case ENOTDIR: throw NotADirectoryError(operation, path, code);
        default: throw std::filesystem::filesystem_error(operation, path, code);
    }
}
}  // namespace aio::detail
