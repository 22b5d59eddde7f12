// Sends the page's one form as soon as it is there. A classic script: the oldest browsers and programs that read pages run it too.
document.forms[0].submit();
