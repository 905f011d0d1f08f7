@echo off
rem Builds ColFrag in Release when there is no build or a source is newer, and runs it.
setlocal
set "root=%~dp0"
set "build=%root%.build"
set "program=%build%\release\colfrag.exe"
if not exist "%program%" goto build
powershell -NoProfile -Command "$built = (Get-Item -LiteralPath '%build%\stamp').LastWriteTime; $newer = 'engine','protocol','coordinator','worker','clients','datasets','Directory.Build.props','Directory.Packages.props','global.json' | ForEach-Object { Get-ChildItem -LiteralPath (Join-Path '%root%' $_) -Recurse -File } | Where-Object { $_.FullName -notmatch '\\(bin|obj|node_modules)\\' -and $_.LastWriteTime -gt $built } | Select-Object -First 1; exit [int]($null -ne $newer)"
if not errorlevel 1 goto run

:build
where dotnet >nul 2>nul
if errorlevel 1 (
  echo colfrag: the .NET SDK 10 is needed to build: https://dot.net/download 1>&2
  exit /b 1
)
echo Building ColFrag (about a minute) ... 1>&2
if not exist "%build%" mkdir "%build%"
type nul > "%build%\stamp.next"
dotnet publish "%root%clients\console" -c Release --nologo -v quiet --use-current-runtime --self-contained false --artifacts-path "%build%\artifacts" -o "%build%\release" -p:RunAnalyzers=false > "%build%\build.log" 2>&1
if errorlevel 1 (
  type "%build%\build.log" 1>&2
  exit /b 1
)
move /y "%build%\stamp.next" "%build%\stamp" >nul

:run
rem The suites of the benchmark are a program of the source tree; it starts this launcher with --exec and measures it.
if not "%~1"=="bench" goto program
if "%~2"=="" goto program
if "%~2"=="--exec" goto program
dotnet run --project "%root%tests\ColFrag.Benchmarks" -c Release -v quiet -p:RunAnalyzers=false -- suite %2 %3 %4 %5 %6 %7 %8 %9
exit /b %errorlevel%

:program
rem Processes that stay compile everything fully at first use; a console rather starts fast.
if "%DOTNET_TC_QuickJit%"=="" for %%c in (serve worker bench) do if "%~1"=="%%c" set "DOTNET_TC_QuickJit=0"
"%program%" %*
exit /b %errorlevel%
