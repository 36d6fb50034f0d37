/*
 * The Windows program that the quickstart and the tests sign. hello.exe is this file, built on Debian 12 with
 *
 *   x86_64-w64-mingw32-gcc -Os -s -nostdlib -fno-asynchronous-unwind-tables -fno-ident \
 *       -Wl,--entry=start -Wl,--no-insert-timestamp -o hello.exe hello.c -lkernel32
 *
 * Without a C run-time library it has 2,560 bytes; without a time stamp it is the same in every build.
 */
#include <windows.h>

void start(void)
{
    static const char text[] = "Hello.\r\n";
    DWORD written;

    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, sizeof text - 1, &written, 0);
    ExitProcess(0);
}
