#include "runtime/io/atomic_write.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <random>
#include "runtime/io/file_operation.hpp"

namespace aio {
namespace detail { namespace {
/// A file that is removed in the end, unless it was renamed.
struct Temporary final : FileState {
    using FileState::FileState;
    ~Temporary() { remove(); }
    void remove() noexcept {
        if (!std::exchange(gone, true)) ::unlink(path().c_str());
    }
    bool gone = false;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

/// Opens a file beside `target`, with its permissions if there is one.
std::shared_ptr<FileState> make_beside(const std::filesystem::path& target) {
    std::random_device random;
    while (true) {
        const std::string name = "." + target.filename().string() + "." + std::to_string(random());
        try {
            const auto made = std::make_shared<Temporary>(folder_of(target) / name, "x");
            struct stat old {};
            if (::stat(target.c_str(), &old) == 0 && ::chmod(made->path().c_str(), old.st_mode & 07777) < 0)
                throw_os_error(errno, "chmod " + made->path().string());
            return made;
        } catch (const FileExistsError&) {}  // somebody else's: another number
    }
}

// [commit]
void commit(Temporary& made, const std::filesystem::path& target) {
    made.fsync();  // first, for a rename that is on the disk before the contents would lead to a half-written file
    made.close();
    if (::rename(made.path().c_str(), target.c_str()) < 0) throw_os_error(errno, "rename to " + target.string());
    made.gone = true;
    BlockingFile folder(folder_of(target), "r");
    folder.fsync();  // the new name is on the disk, too
    folder.close();
}
// [/commit]

void finish(BlockingFile& file, const std::filesystem::path& target, bool keep) {
    auto& made = static_cast<Temporary&>(file);
    if (keep) return commit(made, target);
    made.remove();
    made.close();
}
}}  // namespace detail

Coroutine<void> AtomicWrite::aenter() { state_ = co_await to_thread(detail::make_beside, target_); }

Coroutine<void> AtomicWrite::aexit(std::exception_ptr error) {
    return detail::perform(state_, detail::never, detail::finish, target_, !error);
}
}  // namespace aio
