namespace OrderFlow.Tests.Rules.Orders;

/// <summary>How a write fails: its caller gets an error, whether or not it was stored.</summary>
internal enum WriteFault
{
    None,
    NotWritten,
    WrittenButNotConfirmed,
}
